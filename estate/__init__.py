"""The estate as it is: settings of the cloud, an immutable model and a live reader. Knows nothing of Pulumi."""
