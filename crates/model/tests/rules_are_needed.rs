//! Each rule is there for something: without it the checker finds a way to break a property. The ways are told in
//! `docs/explanation/group.md`.

#![expect(clippy::panic, reason = "a test may stop at the first surprise")]

use folkmoot_model::model::{Step, search};
use folkmoot_model::properties::{
    ACTS_STAY_SEEN, CODE_TELLS, JOINS_END, NOBODY_WRONGED, REMOVED_STAY_OUT,
};
use folkmoot_model::rules::Rules;
use folkmoot_model::scope::{Budget, Opening, Scope};

const RULES: Rules = Rules::CORRECTED;

/// The way to break a property that the checker finds under these rules.
fn way(rules: Rules, opening: Opening, budget: Budget, property: &'static str) -> Vec<Step> {
    let found = search(rules, Scope::new(&[opening], budget), property);
    let steps = found.trace(property).map(<[Step]>::to_vec);
    let steps = steps.unwrap_or_else(|| panic!("{property}: holds in {} states", found.states));
    println!(
        "{property}: broken after {} states by {steps:#?}",
        found.states
    );
    steps
}

fn mischief() -> Budget {
    Budget {
        mischief: 1,
        ..Budget::default()
    }
}

fn guest() -> Budget {
    Budget {
        acts: 1,
        grants: 1,
        mischief: 1,
        ..Budget::default()
    }
}

fn lying() -> Budget {
    Budget {
        server_lies: true,
        offers: 1,
        ..Budget::default()
    }
}

fn in_time() -> Budget {
    Budget {
        quarters: 5,
        mischief: 1,
        refreshes: 1,
        ..Budget::default()
    }
}

fn absence() -> Budget {
    Budget {
        quarters: 6,
        absences: 1,
        refreshes: 1,
        ..Budget::default()
    }
}

#[test]
fn without_reasons_anybody_puts_anybody_out() {
    let rules = Rules {
        removal_has_reason: false,
        ..RULES
    };
    way(rules, Opening::Full, mischief(), NOBODY_WRONGED);
}

#[test]
fn without_signed_leaves_anybody_says_goodbye_for_others() {
    let rules = Rules {
        leave_is_signed: false,
        ..RULES
    };
    way(rules, Opening::Full, mischief(), NOBODY_WRONGED);
}

#[test]
fn without_the_own_key_a_joiner_replaces_somebody_else() {
    let rules = Rules {
        rejoin_replaces_own: false,
        ..RULES
    };
    way(rules, Opening::Full, mischief(), NOBODY_WRONGED);
}

#[test]
fn without_waiting_somebody_is_lost_who_has_just_not_read_yet() {
    let rules = Rules {
        lost_judged_after: 0,
        ..RULES
    };
    way(rules, Opening::Full, in_time(), NOBODY_WRONGED);
}

#[test]
fn without_signatures_somebody_is_lost_who_is_there() {
    let rules = Rules {
        signature_refutes: false,
        ..RULES
    };
    way(rules, Opening::Full, in_time(), NOBODY_WRONGED);
}

#[test]
fn without_a_tolerance_who_reads_later_stays_behind() {
    let rules = Rules {
        lost_judged_after: 4,
        apart_joins_anew: false,
        ..RULES
    };
    way(rules, Opening::Full, absence(), JOINS_END);
}

#[test]
fn without_time_on_return_who_was_away_puts_all_others_out() {
    let rules = Rules {
        return_gives_time: false,
        ..RULES
    };
    way(rules, Opening::Full, absence(), NOBODY_WRONGED);
}

#[test]
fn without_the_head_in_commits_two_in_one_epoch_know_different_acts() {
    let rules = Rules {
        head_is_checked: false,
        ..RULES
    };
    way(
        rules,
        Opening::Full,
        Budget { acts: 2, ..lying() },
        ACTS_STAY_SEEN,
    );
}

#[test]
fn without_a_look_at_the_removed_they_come_back_on_an_old_grant() {
    let rules = Rules {
        removed_stay_out: false,
        ..RULES
    };
    way(rules, Opening::MalInvited, guest(), REMOVED_STAY_OUT);
}

#[test]
fn without_a_look_at_the_group_info_a_server_leads_back_to_the_removed() {
    let rules = Rules {
        group_info_is_checked: false,
        ..RULES
    };
    way(
        rules,
        Opening::Full,
        Budget { acts: 2, ..lying() },
        REMOVED_STAY_OUT,
    );
}

#[test]
fn without_secrets_in_the_code_a_fork_shows_the_same_code() {
    let rules = Rules {
        code_has_secrets: false,
        ..RULES
    };
    way(
        rules,
        Opening::MalInside,
        Budget {
            mischief: 1,
            ..lying()
        },
        CODE_TELLS,
    );
}

#[test]
fn without_a_substitute_one_void_commit_ends_the_meeting_for_joiners() {
    let rules = Rules {
        void_is_filled: false,
        ..RULES
    };
    way(rules, Opening::Knocking, mischief(), JOINS_END);
}

#[test]
fn without_a_kept_head_acts_are_gone_when_the_group_idles_away() {
    let rules = Rules {
        acts_outlive_group: false,
        ..RULES
    };
    let budget = Budget {
        absences: 2,
        idlings: 1,
        acts: 1,
        ..Budget::default()
    };
    way(rules, Opening::Pair, budget, ACTS_STAY_SEEN);
}

#[test]
fn without_a_kept_head_a_server_makes_the_removed_come_back() {
    let rules = Rules {
        acts_outlive_group: false,
        ..RULES
    };
    way(
        rules,
        Opening::MalInside,
        Budget {
            acts: 1,
            offers: 2,
            mischief: 1,
            ..lying()
        },
        ACTS_STAY_SEEN,
    );
}

#[test]
fn without_older_heads_refused_a_server_winds_the_acts_back() {
    let rules = Rules {
        no_older_head: false,
        ..RULES
    };
    way(
        rules,
        Opening::Full,
        Budget { acts: 2, ..lying() },
        ACTS_STAY_SEEN,
    );
}

#[test]
fn without_replacement_who_spoils_the_first_group_keeps_all_out() {
    let rules = Rules {
        spoilt_is_replaced: false,
        ..RULES
    };
    way(rules, Opening::Empty, mischief(), JOINS_END);
}

#[test]
fn without_a_look_at_a_history_nobody_tells_the_acts() {
    let rules = Rules {
        history_leads_to_head: false,
        ..RULES
    };
    way(rules, Opening::MalInside, guest(), JOINS_END);
}

#[test]
fn without_a_second_look_a_joiner_stays_with_somebody_removed() {
    let rules = Rules {
        learner_judges_anew: false,
        ..RULES
    };
    way(rules, Opening::MalInside, guest(), REMOVED_STAY_OUT);
}

#[test]
fn without_joining_anew_a_joiner_is_caught_by_a_void_commit() {
    let rules = Rules {
        apart_joins_anew: false,
        ..RULES
    };
    way(rules, Opening::Knocking, mischief(), JOINS_END);
}

#[test]
fn without_joining_anew_who_comes_back_as_they_are_removed_stays_alone() {
    let rules = Rules {
        apart_joins_anew: false,
        ..RULES
    };
    way(rules, Opening::Full, absence(), JOINS_END);
}

#[test]
fn without_joining_anew_who_may_not_come_in_stays_in_a_group_of_their_own() {
    let rules = Rules {
        apart_joins_anew: false,
        ..RULES
    };
    let budget = Budget {
        acts: 1,
        ..Budget::default()
    };
    way(rules, Opening::Knocking, budget, JOINS_END);
}

#[test]
fn without_the_hosts_own_signature_a_tree_without_the_host_deceives() {
    let rules = Rules {
        host_is_heard_outside: false,
        ..RULES
    };
    way(rules, Opening::MalTwice, mischief(), JOINS_END);
}

#[test]
fn as_first_written_the_rules_did_not_hold() {
    way(Rules::FIRST_DRAFT, Opening::Knocking, mischief(), JOINS_END);
}
