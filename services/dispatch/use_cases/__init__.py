"""One function per command or query of dispatch: load, decide, save, write down what changed."""
