"""The model of the cloud: plain Python, no HTTP and no wire names."""
