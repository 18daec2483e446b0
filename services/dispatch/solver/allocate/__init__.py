"""Who goes where when incidents compete for units: the slot model, exact and instant, and the cover model with a proven bound."""
