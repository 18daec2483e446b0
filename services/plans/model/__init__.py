"""What plans knows of its field: pure, standard library only."""
