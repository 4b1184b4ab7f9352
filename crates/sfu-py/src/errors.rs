//! Errors as Python sees them.

use pyo3::PyErr;
use pyo3::exceptions::PyException;
use sfu_net::StartError;

pyo3::create_exception!(
    folkmoot._sfu,
    SfuError,
    PyException,
    "The engine could not start; the text says what to change."
);

/// A [`StartError`] with its text.
pub fn start_error(error: &StartError) -> PyErr {
    SfuError::new_err(error.to_string())
}
