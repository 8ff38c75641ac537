"""The composition root: an Engagement, how it is mounted, and the widgets it hands to the host."""
