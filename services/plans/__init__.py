"""Plans 预案: the authority for contingency plans, activations, drills, after-action reviews and corrective actions."""
