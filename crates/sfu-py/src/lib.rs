//! The Python module `folkmoot._sfu`. Conversions only; `src/folkmoot/_sfu.pyi` is its contract.

mod errors;
mod events;
mod sfu;

use pyo3::prelude::*;

/// The media engine: rooms, transports and forwarding.
#[pymodule]
mod _sfu {
    #[pymodule_export]
    use crate::errors::SfuError;
    #[pymodule_export]
    use crate::sfu::Sfu;
}
