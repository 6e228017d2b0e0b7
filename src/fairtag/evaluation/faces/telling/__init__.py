"""How does a report read? A page, a curve, a model card, a bias report."""
