"""Where mail and letters come from."""
