"""mailwatch: the compliance checker for the correspondence of French public administrations.
"""
