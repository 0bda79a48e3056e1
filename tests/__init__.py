"""Tests of ViewWall, and the simulated devices that they run against."""
