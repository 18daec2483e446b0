"""How the platform is put on machines: this one (local), containers, Kubernetes."""
