"""Simulated devices that speak to ViewWall as the real ones do."""
