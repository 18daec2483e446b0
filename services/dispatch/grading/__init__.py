"""How severe an incident is, who leads it and which reports it owes: rules as data, pure functions, standard library only.

`rules` reads the versioned rule table, `assess` grades, `duties` lists what must be reported by when, `reports` judges reports
against it (completeness, timeliness). Nothing here reads a clock, a database or the network.
"""
