"""Labelled texts, written before the rules saw them, and how well the rules read them."""
