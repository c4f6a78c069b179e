"""Pages of the incidents app, one module for each group."""
