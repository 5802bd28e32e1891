"""What the jobs of lake_orders compute."""
