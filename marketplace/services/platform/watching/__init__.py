"""How the site is doing, as administrators watch it: the trail, the queues, the state of each part."""
