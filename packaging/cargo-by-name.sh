#!/bin/sh
# Cargo for cargo-auditable, which wraps the compiler by its own path. That path goes into the hash of our crate, and so into
# the program: built in another folder it would be another. By its name alone it is found just as well.
RUSTC_WORKSPACE_WRAPPER=cargo-auditable exec cargo "$@"
