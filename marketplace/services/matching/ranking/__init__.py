"""Who fits whom, worked out by the worker and written down for readers."""
