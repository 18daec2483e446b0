"""One function per command or query of resources: load, decide, save, write down what changed."""
