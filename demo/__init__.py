"""The demo: this program as a Pulumi project on a simulated cloud, and the story that `make demo` shows."""
