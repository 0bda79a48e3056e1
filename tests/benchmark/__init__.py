"""The benchmark: what ViewWall costs, side by side with others in one run. Nothing in here is a test."""
