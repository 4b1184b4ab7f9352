//! Ways that the checker found, played step by step, so that they can be read.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use folkmoot_model::acts::Deed;
use folkmoot_model::choices::Choice;
use folkmoot_model::duties::{Duty, duties};
use folkmoot_model::meeting::Meeting;
use folkmoot_model::model::{GroupModel, Step};
use folkmoot_model::rules::Rules;
use folkmoot_model::scope::{Budget, Opening, Scope};
use stateright::Model;

/// Takes these steps, then lets the devices do what they have to until they are at rest.
fn play(rules: Rules, budget: Budget, steps: &[Step]) -> Meeting {
    let model = GroupModel {
        rules,
        scope: Scope::new(&[Opening::MalInside], budget),
    };
    let mut meeting = model.init_states().remove(0);
    for step in steps {
        let mut able = Vec::new();
        model.actions(&meeting, &mut able);
        assert!(
            able.contains(step),
            "{step:?} is not possible here: {able:?}"
        );
        meeting = model.next_state(&meeting, *step).unwrap();
    }
    while let Some(duty) = duties(&meeting, &model.rules).first() {
        meeting = model.next_state(&meeting, Step::Duty(*duty)).unwrap();
        assert!(!meeting.is_restless, "no rest");
    }
    meeting
}

fn read_by_all() -> [Step; 3] {
    [0, 1, 2].map(|at| Step::Duty(Duty::Read(at)))
}

/// A joiner can't judge an act before it has been given the acts: it takes the next one for void, fills its place by
/// itself, and goes on alone. Anybody who joins within a second of a host's act could be hit; nobody means harm. Where
/// nobody acknowledges it, it finds out; but somebody malicious does.
#[test]
fn somebody_joins_and_the_host_acts_before_the_joiner_knows_the_acts() {
    let budget = Budget {
        acts: 2,
        grants: 1,
        ..Budget::default()
    };
    let mut steps = vec![Step::Choice(Choice::Act(Deed::AskToJoin))];
    steps.extend(read_by_all());
    steps.extend([Step::Choice(Choice::Grant(2)), Step::Duty(Duty::Join(2))]);
    steps.extend(read_by_all());
    steps.push(Step::Choice(Choice::Act(Deed::Lock)));
    steps.extend(read_by_all());
    let draft = play(
        Rules {
            apart_joins_anew: false,
            ..Rules::CORRECTED
        },
        budget,
        &steps,
    );
    let [ann, ben, cat] = [0, 1, 2].map(|at| draft.devices[at].epoch.unwrap());
    assert_eq!(ann.id, ben.id);
    assert_eq!(ann.number, cat.number);
    assert_ne!(ann.id, cat.id);
    let corrected = play(Rules::CORRECTED, budget, &steps);
    assert_eq!(corrected.devices[0].epoch, corrected.devices[2].epoch);
    assert!(corrected.devices[2].knows_acts());
}
