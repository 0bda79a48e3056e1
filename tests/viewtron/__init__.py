"""Tests of the Viewtron protocol package."""
