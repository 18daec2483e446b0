"""The dispatch solver: arrays in, arrays out, no input or output and no domain objects.

A question that makes no sense is answered by what is wrong with it; the only error is `given.InputError`, from what makes arrays (see given.py).
"""
