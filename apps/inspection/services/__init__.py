"""Sites are saved, inspections computed, insertions corrected and findings reviewed here."""
