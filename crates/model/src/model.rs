//! The meeting as Stateright sees it.

use std::time::{Duration, Instant};

use stateright::{Checker, HasDiscoveries, Model, Property};

use crate::adversary::{Lie, Mischief, harm, lie, lies, mischief};
use crate::choices::{Choice, choices, choose};
use crate::duties::{Duty, duties, fulfil, settle};
use crate::meeting::Meeting;
use crate::properties;
use crate::rules::Rules;
use crate::scope::Scope;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// An honest device does what it has to.
    Duty(Duty),
    /// Something happens to honest people.
    Choice(Choice),
    /// Somebody with the link does harm.
    Mischief(Mischief),
    /// A malicious server does as it likes.
    Lie(Lie),
}

/// A meeting under these rules, within these bounds.
#[derive(Clone, Debug)]
pub struct GroupModel {
    /// The rules that honest devices follow.
    pub rules: Rules,
    /// What the run covers.
    pub scope: Scope,
}

impl Model for GroupModel {
    type State = Meeting;
    type Action = Step;

    fn init_states(&self) -> Vec<Meeting> {
        self.scope.beginnings()
    }

    fn actions(&self, meeting: &Meeting, steps: &mut Vec<Step>) {
        if meeting.is_restless || meeting.is_wronged {
            return;
        }
        let server_lies = meeting.budget.server_lies;
        let has_to = duties(meeting, &self.rules).into_iter();
        // A malicious server gives out entries and turns itself.
        let own = |duty: &Duty| {
            let is_servers = matches!(
                duty,
                Duty::Read(_)
                    | Duty::Create(_)
                    | Duty::Join(_)
                    | Duty::Upload(_)
                    | Duty::JoinAnew(_)
            );
            !(server_lies && is_servers)
        };
        steps.extend(has_to.filter(own).map(Step::Duty));
        steps.extend(choices(meeting, &self.rules).into_iter().map(Step::Choice));
        steps.extend(
            mischief(meeting, &self.scope)
                .into_iter()
                .map(Step::Mischief),
        );
        steps.extend(lies(meeting, &self.rules).into_iter().map(Step::Lie));
    }

    fn next_state(&self, last: &Meeting, step: Step) -> Option<Meeting> {
        let mut meeting = last.clone();
        match step {
            Step::Duty(duty) => fulfil(&mut meeting, &self.rules, duty),
            Step::Choice(choice) => choose(&mut meeting, &self.rules, choice),
            Step::Mischief(mischief) => harm(&mut meeting, mischief),
            Step::Lie(told) => {
                if !lie(&mut meeting, &self.rules, told) {
                    return None;
                }
            }
        }
        settle(&mut meeting, &self.rules);
        Some(meeting)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

/// What a check has found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// States that are different.
    pub states: usize,
    /// The longest way to one.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Counterexamples: the property, and a way to it.
    pub broken: Vec<(&'static str, Vec<Step>)>,
}

impl Outcome {
    /// The way to a state in which a property does not hold.
    #[must_use]
    pub fn trace(&self, property: &str) -> Option<&[Step]> {
        self.broken
            .iter()
            .find(|(name, _)| *name == property)
            .map(|(_, steps)| &steps[..])
    }
}

/// Looks at every state within the bounds. Depth first, as that takes the least memory.
#[must_use]
pub fn check(rules: Rules, scope: Scope) -> Outcome {
    let began = Instant::now();
    outcome(
        &GroupModel { rules, scope }.checker().spawn_dfs().join(),
        began,
    )
}

/// Looks for a way to break a property. Breadth first, as that finds a short one.
#[must_use]
pub fn search(rules: Rules, scope: Scope, property: &'static str) -> Outcome {
    let began = Instant::now();
    let found = HasDiscoveries::AnyOf(std::iter::once(property).collect());
    let checker = GroupModel { rules, scope }.checker().finish_when(found);
    outcome(&checker.spawn_bfs().join(), began)
}

fn outcome(checker: &impl Checker<GroupModel>, began: Instant) -> Outcome {
    let broken = checker.discoveries().into_iter();
    let mut broken: Vec<_> = broken
        .map(|(name, path)| (name, path.into_actions()))
        .collect();
    broken.sort_by_key(|(name, _)| *name);
    Outcome {
        states: checker.unique_state_count(),
        depth: checker.max_depth(),
        took: began.elapsed(),
        broken,
    }
}
