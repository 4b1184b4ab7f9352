//! Events as tuples: name, room, participant, then the fields that `_sfu.pyi` lists.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sfu_core::{Description, Event, EventKind};
use sfu_net::EngineEvent;

/// One event as its tuple.
///
/// # Errors
///
/// Python is out of memory.
pub fn to_tuple<'py>(py: Python<'py>, event: &EngineEvent) -> PyResult<Bound<'py, PyTuple>> {
    match event {
        EngineEvent::Core(event) => core_to_tuple(py, event),
        EngineEvent::WorkerFailed { room, worker } => {
            let room = room.as_ref().map_or("", |room| room.as_str());
            ("worker_failed", room, "", worker).into_pyobject(py)
        }
    }
}

fn core_to_tuple<'py>(py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyTuple>> {
    let (room, who) = (event.room.as_str(), event.participant.as_str());
    match &event.kind {
        EventKind::OfferCreated(offer) => {
            description_to_tuple(py, ("offer_created", room, who), offer)
        }
        EventKind::AnswerCreated(answer) => {
            description_to_tuple(py, ("answer_created", room, who), answer)
        }
        EventKind::NegotiationRefused {
            target,
            offer_id,
            reason,
        } => (
            "negotiation_refused",
            room,
            who,
            target.as_str(),
            offer_id,
            reason,
        )
            .into_pyobject(py),
        EventKind::TransportConnected { target } => {
            ("transport_connected", room, who, target.as_str()).into_pyobject(py)
        }
        EventKind::TransportFailed { target, reason } => (
            "transport_failed",
            room,
            who,
            target.as_str(),
            reason.as_str(),
        )
            .into_pyobject(py),
        EventKind::PublicationStarted {
            track,
            mid,
            mime_type,
        } => (
            "publication_started",
            room,
            who,
            track.as_str(),
            mid,
            mime_type,
        )
            .into_pyobject(py),
        EventKind::PublicationEnded { track } => {
            ("publication_ended", room, who, track.as_str()).into_pyobject(py)
        }
        EventKind::SubscriptionStarted { track } => {
            ("subscription_started", room, who, track.as_str()).into_pyobject(py)
        }
        EventKind::QualityMeasured { quality } => {
            ("quality_measured", room, who, quality.as_str()).into_pyobject(py)
        }
    }
}

fn description_to_tuple<'py>(
    py: Python<'py>,
    (name, room, who): (&str, &str, &str),
    description: &Description,
) -> PyResult<Bound<'py, PyTuple>> {
    let mid_to_track = PyDict::new(py);
    for (mid, track) in &description.mid_to_track {
        mid_to_track.set_item(mid, track.as_str())?;
    }
    let Description { offer_id, sdp, .. } = description;
    (name, room, who, offer_id, sdp, mid_to_track).into_pyobject(py)
}
