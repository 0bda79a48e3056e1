"""The demo: a real Home Assistant with simulated devices, started by `script/demo`."""
