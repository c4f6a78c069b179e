"""The browser's side: page frame, sign-in, components of the design system, template tags, static asset sources."""
