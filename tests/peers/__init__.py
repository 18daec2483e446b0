"""The other side of each protocol, on loopback: real sockets, real bytes, and faults on demand. Written without our own client code."""
