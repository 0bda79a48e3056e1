"""Tests of the Thin Client protocol package."""
