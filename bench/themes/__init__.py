"""How good are the themes on labelled sets, beside what others make of the same vectors."""
