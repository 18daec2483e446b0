"""Profile EX-5000: a large exercise as load, by locust, against the whole platform."""
