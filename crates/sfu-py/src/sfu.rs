//! The class `Sfu`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::fd::RawFd;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use sfu_core::{
    Action, Command, Config, Identity, ParticipantId, PublicationSpec, Rights, RoomId,
    SubscriptionSettings, TrackId, TrackKind,
};
use sfu_net::{CandidateAddress, Engine, Settings, StartError};

use crate::errors::start_error;
use crate::events::to_tuple;

/// Best simulcast layer.
const MAX_LAYER: u8 = 2;

/// A running media engine.
#[pyclass(module = "folkmoot._sfu", frozen)]
pub struct Sfu {
    engine: Engine,
}

impl Sfu {
    /// Send a command without holding the GIL: the routing table has a lock.
    fn command(&self, py: Python<'_>, room: &str, action: Action) {
        let room = RoomId::from(room);
        py.detach(|| self.engine.command(Command { room, action }));
    }
}

#[pymethods]
impl Sfu {
    #[new]
    #[pyo3(signature = (
        *, bind, candidates, local_only=false, workers=1,
        max_sdp_bytes=131072, max_sdp_sections=64, max_data_queue_bytes=4194304
    ))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments of the Python class"
    )]
    fn new(
        py: Python<'_>,
        bind: &str,
        candidates: Vec<String>,
        local_only: bool,
        workers: i64,
        max_sdp_bytes: usize,
        max_sdp_sections: usize,
        max_data_queue_bytes: usize,
    ) -> PyResult<Self> {
        let limits = Config {
            max_sdp_bytes,
            max_sdp_sections,
            max_data_queue_bytes,
            ..Config::default()
        };
        let started = settings(bind, &candidates, workers, limits).and_then(|settings| {
            let settings = Settings {
                is_local_only: local_only,
                ..settings
            };
            py.detach(|| Engine::start(&settings))
        });
        started
            .map(|engine| Self { engine })
            .map_err(|error| start_error(&error))
    }

    #[getter]
    fn port(&self) -> u16 {
        self.engine.port()
    }

    fn open_room(&self, py: Python<'_>, room: &str) {
        self.command(py, room, Action::OpenRoom);
    }

    fn close_room(&self, py: Python<'_>, room: &str) {
        self.command(py, room, Action::CloseRoom);
    }

    #[pyo3(signature = (room, participant, identity, *, can_publish, can_subscribe, can_publish_data))]
    #[expect(
        clippy::too_many_arguments,
        reason = "keyword arguments of the Python method"
    )]
    fn add_participant(
        &self,
        py: Python<'_>,
        room: &str,
        participant: &str,
        identity: &str,
        can_publish: bool,
        can_subscribe: bool,
        can_publish_data: bool,
    ) {
        let participant = ParticipantId::from(participant);
        let identity = Identity::from(identity);
        let rights = Rights {
            can_publish,
            can_subscribe,
            can_publish_data,
        };
        self.command(
            py,
            room,
            Action::AddParticipant {
                participant,
                identity,
                rights,
            },
        );
    }

    fn remove_participant(&self, py: Python<'_>, room: &str, participant: &str) {
        let participant = ParticipantId::from(participant);
        self.command(py, room, Action::RemoveParticipant { participant });
    }

    #[pyo3(signature = (room, participant, *, can_publish, can_subscribe, can_publish_data))]
    fn set_rights(
        &self,
        py: Python<'_>,
        room: &str,
        participant: &str,
        can_publish: bool,
        can_subscribe: bool,
        can_publish_data: bool,
    ) {
        let participant = ParticipantId::from(participant);
        let rights = Rights {
            can_publish,
            can_subscribe,
            can_publish_data,
        };
        self.command(
            py,
            room,
            Action::SetRights {
                participant,
                rights,
            },
        );
    }

    fn handle_offer(
        &self,
        py: Python<'_>,
        room: &str,
        participant: &str,
        offer_id: u32,
        sdp: String,
    ) {
        let participant = ParticipantId::from(participant);
        self.command(
            py,
            room,
            Action::HandleOffer {
                participant,
                offer_id,
                sdp,
            },
        );
    }

    fn handle_answer(
        &self,
        py: Python<'_>,
        room: &str,
        participant: &str,
        offer_id: u32,
        sdp: String,
    ) {
        let participant = ParticipantId::from(participant);
        self.command(
            py,
            room,
            Action::HandleAnswer {
                participant,
                offer_id,
                sdp,
            },
        );
    }

    #[pyo3(signature = (room, participant, track, *, cid, kind))]
    fn publish(
        &self,
        py: Python<'_>,
        room: &str,
        participant: &str,
        track: &str,
        cid: String,
        kind: &str,
    ) -> PyResult<()> {
        let participant = ParticipantId::from(participant);
        let publication = PublicationSpec {
            cid,
            kind: track_kind(kind)?,
        };
        let track = TrackId::from(track);
        self.command(
            py,
            room,
            Action::Publish {
                participant,
                track,
                publication,
            },
        );
        Ok(())
    }

    fn unpublish(&self, py: Python<'_>, room: &str, participant: &str, track: &str) {
        let (participant, track) = (ParticipantId::from(participant), TrackId::from(track));
        self.command(py, room, Action::Unpublish { participant, track });
    }

    fn set_muted(&self, py: Python<'_>, room: &str, track: &str, muted: bool) {
        self.command(
            py,
            room,
            Action::SetMuted {
                track: TrackId::from(track),
                muted,
            },
        );
    }

    fn subscribe(&self, py: Python<'_>, room: &str, subscriber: &str, track: &str) {
        let (subscriber, track) = (ParticipantId::from(subscriber), TrackId::from(track));
        self.command(py, room, Action::Subscribe { subscriber, track });
    }

    fn unsubscribe(&self, py: Python<'_>, room: &str, subscriber: &str, track: &str) {
        let (subscriber, track) = (ParticipantId::from(subscriber), TrackId::from(track));
        self.command(py, room, Action::Unsubscribe { subscriber, track });
    }

    #[pyo3(signature = (room, subscriber, track, *, is_enabled, max_layer))]
    fn set_subscription(
        &self,
        py: Python<'_>,
        room: &str,
        subscriber: &str,
        track: &str,
        is_enabled: bool,
        max_layer: i64,
    ) -> PyResult<()> {
        let (subscriber, track) = (ParticipantId::from(subscriber), TrackId::from(track));
        let settings = SubscriptionSettings {
            is_enabled,
            max_layer: layer(max_layer)?,
        };
        self.command(
            py,
            room,
            Action::SetSubscription {
                subscriber,
                track,
                settings,
            },
        );
        Ok(())
    }

    fn fileno(&self) -> RawFd {
        self.engine.event_fd()
    }

    fn drain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let events = py.detach(|| self.engine.drain());
        let tuples: PyResult<Vec<Bound<'py, PyTuple>>> =
            events.iter().map(|event| to_tuple(py, event)).collect();
        PyList::new(py, tuples?)
    }

    fn counters(&self, py: Python<'_>) -> HashMap<&'static str, u64> {
        py.detach(|| self.engine.counters()).into_iter().collect()
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.engine.close());
    }
}

fn settings(
    bind: &str,
    candidates: &[String],
    workers: i64,
    core: Config,
) -> Result<Settings, StartError> {
    let bind: SocketAddr = bind
        .parse()
        .map_err(|_| StartError::BindUnreadable(bind.to_owned()))?;
    let candidates: Result<Vec<CandidateAddress>, StartError> = candidates
        .iter()
        .map(|candidate| candidate.parse())
        .collect();
    let workers = u8::try_from(workers).map_err(|_| StartError::Workers(workers))?;
    Ok(Settings {
        bind,
        candidates: candidates?,
        is_local_only: false,
        workers,
        core,
    })
}

fn track_kind(kind: &str) -> PyResult<TrackKind> {
    match kind {
        "audio" => Ok(TrackKind::Audio),
        "video" => Ok(TrackKind::Video),
        other => Err(PyValueError::new_err(format!(
            "kind is {other:?}; it must be 'audio' or 'video'"
        ))),
    }
}

fn layer(max_layer: i64) -> PyResult<u8> {
    u8::try_from(max_layer)
        .ok()
        .filter(|&layer| layer <= MAX_LAYER)
        .ok_or_else(|| {
            PyValueError::new_err(format!(
                "max_layer is {max_layer}; it must be 0 to {MAX_LAYER}"
            ))
        })
}
