"""What-if: other terms for an application, tried out without storing anything."""
