"""What a new user does, in a real browser before a real Home Assistant: run by `script/e2e`, not by pytest."""
