"""How good annotations are: own code on the standard library, checked in tests against the field's packages."""
