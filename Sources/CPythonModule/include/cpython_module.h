/* SwiftPM wants a header for each C target; the extension's only entry is PyInit__native. */
