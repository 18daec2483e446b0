"""One function per command or query of experts: load, decide, save, write down what changed."""
