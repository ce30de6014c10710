"""The rules: what each one is (`table`), and the small pure units that judge it."""
