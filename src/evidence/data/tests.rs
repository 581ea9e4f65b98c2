//! Tests of the dated lists.
