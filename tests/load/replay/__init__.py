"""`make replay`: real demand answered by several ways of dispatching, to see how good the decisions are."""
