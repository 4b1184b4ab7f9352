//! The member itself.

use mls_rs::client_builder::{MlsConfig, PaddingMode};
use mls_rs::crypto::{SignaturePublicKey, SignatureSecretKey};
use mls_rs::group::{CommitEffect, ReceivedMessage};
use mls_rs::identity::SigningIdentity;
use mls_rs::identity::basic::{BasicCredential, BasicIdentityProvider};
use mls_rs::mls_rules::{CommitOptions, DefaultMlsRules, EncryptionOptions};
use mls_rs::{CipherSuite, CipherSuiteProvider, Client, CryptoProvider, Group, MlsMessage};
use mls_rs_crypto_rustcrypto::RustCryptoProvider;

use crate::protocol::{Answer, Commit, Export, Failure, Hex, Join, Processed, Seen, View};

/// Suite 1 of RFC 9420, the only one of a meeting.
const SUITE: CipherSuite = CipherSuite::CURVE25519_AES128;

type Suite = <RustCryptoProvider as CryptoProvider>::CipherSuiteProvider;

/// Hides the type of a client, which is as long as its settings.
trait Held {
    fn commit(&mut self, wanted: Commit) -> Result<Answer, Failure>;
    fn process(&mut self, message: MlsMessage) -> Result<Processed, Failure>;
    fn seal(&mut self, plain: &[u8]) -> Result<MlsMessage, Failure>;
    fn group_info(&self) -> Result<MlsMessage, Failure>;
    fn view(&self) -> Result<View, Failure>;
    fn export(&self, export: &Export) -> Result<Hex, Failure>;
}

/// One device: a leaf key, and a group once it has joined.
pub(crate) struct Member {
    crypto: RustCryptoProvider,
    secret: SignatureSecretKey,
    public: SignaturePublicKey,
    group: Option<Box<dyn Held>>,
}

impl Member {
    pub(crate) fn new() -> Result<Self, Failure> {
        let crypto = RustCryptoProvider::with_enabled_cipher_suites(vec![SUITE]);
        let suite = suite_of(&crypto)?;
        let (secret, public) = suite.signature_key_generate()?;
        Ok(Self {
            crypto,
            secret,
            public,
            group: None,
        })
    }

    pub(crate) fn key(&self) -> Answer {
        bytes(&self.public)
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Answer, Failure> {
        let signature = suite_of(&self.crypto)?.sign(&self.secret, message)?;
        Ok(bytes(&signature))
    }

    pub(crate) fn join(&mut self, join: Join) -> Result<Answer, Failure> {
        let credential = BasicCredential::new(join.credential.0).into_credential();
        let identity = SigningIdentity::new(credential, self.public.clone());
        let client = client_for(self.crypto.clone(), identity, self.secret.clone());
        let (group, message) = client
            .external_commit_builder()?
            .with_authenticated_data(join.authenticated_data.0)
            .build(MlsMessage::from_bytes(&join.group_info.0)?)?;
        let group_info = group.group_info_message_allowing_ext_commit(true)?;
        self.group = Some(Box::new(group));
        committed(&message, Some(&group_info))
    }

    pub(crate) fn commit(&mut self, commit: Commit) -> Result<Answer, Failure> {
        self.held()?.commit(commit)
    }

    pub(crate) fn process(&mut self, message: &[u8]) -> Result<Answer, Failure> {
        let message = MlsMessage::from_bytes(message)?;
        self.held()?.process(message).map(Answer::Processed)
    }

    pub(crate) fn seal(&mut self, plain: &[u8]) -> Result<Answer, Failure> {
        let message = self.held()?.seal(plain)?;
        Ok(bytes(&message.to_bytes()?))
    }

    pub(crate) fn group_info(&mut self) -> Result<Answer, Failure> {
        let message = self.held()?.group_info()?;
        Ok(bytes(&message.to_bytes()?))
    }

    pub(crate) fn view(&mut self) -> Result<Answer, Failure> {
        self.held()?.view().map(Answer::View)
    }

    pub(crate) fn export(&mut self, export: &Export) -> Result<Answer, Failure> {
        let bytes = self.held()?.export(export)?;
        Ok(Answer::Bytes { bytes })
    }

    fn held(&mut self) -> Result<&mut Box<dyn Held>, Failure> {
        self.group.as_mut().ok_or_else(|| "not a member yet".into())
    }
}

impl<C: MlsConfig> Held for Group<C> {
    fn commit(&mut self, wanted: Commit) -> Result<Answer, Failure> {
        // What was prepared before and refused by the others is over.
        self.clear_pending_commit();
        let mut builder = self
            .commit_builder()
            .authenticated_data(wanted.authenticated_data.0);
        for index in wanted.remove {
            builder = builder.remove_member(index)?;
        }
        let output = builder.build()?;
        committed(output.commit_message(), output.external_commit_group_info())
    }

    fn process(&mut self, message: MlsMessage) -> Result<Processed, Failure> {
        Ok(match self.process_incoming_message(message)? {
            ReceivedMessage::Commit(commit) => Processed::Commit {
                committer: commit.committer,
                is_external: commit.is_external,
                authenticated_data: Hex(commit.authenticated_data),
                is_removed: matches!(commit.effect, CommitEffect::Removed { .. }),
            },
            ReceivedMessage::ApplicationMessage(message) => Processed::Message {
                sender: message.sender_index,
                plain: Hex::of(message.data()),
                authenticated_data: Hex(message.authenticated_data),
            },
            _ => Processed::Other,
        })
    }

    fn seal(&mut self, plain: &[u8]) -> Result<MlsMessage, Failure> {
        Ok(self.encrypt_application_message(plain, Vec::new())?)
    }

    fn group_info(&self) -> Result<MlsMessage, Failure> {
        Ok(self.group_info_message_allowing_ext_commit(true)?)
    }

    fn view(&self) -> Result<View, Failure> {
        let members = self.roster().members_iter().map(|member| Seen {
            index: member.index,
            leaf_key: Hex::of(&member.signing_identity.signature_key),
        });
        Ok(View {
            epoch: self.current_epoch(),
            index: self.current_member_index(),
            tree_hash: Hex::of(&self.context().tree_hash),
            epoch_authenticator: Hex::of(self.epoch_authenticator()?.as_bytes()),
            members: members.collect(),
        })
    }

    fn export(&self, export: &Export) -> Result<Hex, Failure> {
        let secret =
            self.export_secret(export.label.as_bytes(), &export.context.0, export.length)?;
        Ok(Hex::of(secret.as_bytes()))
    }
}

fn client_for(
    crypto: RustCryptoProvider,
    identity: SigningIdentity,
    secret: SignatureSecretKey,
) -> Client<impl MlsConfig> {
    // As `protocol/group.md` has it: every commit has a path and is public, messages are padded before.
    let rules = DefaultMlsRules::new()
        .with_commit_options(
            CommitOptions::new()
                .with_path_required(true)
                .with_allow_external_commit(true),
        )
        .with_encryption_options(EncryptionOptions::new(false, PaddingMode::None));
    Client::builder()
        .crypto_provider(crypto)
        .identity_provider(BasicIdentityProvider)
        .mls_rules(rules)
        .signing_identity(identity, secret, SUITE)
        .build()
}

fn suite_of(crypto: &RustCryptoProvider) -> Result<Suite, Failure> {
    crypto
        .cipher_suite_provider(SUITE)
        .ok_or_else(|| "no cipher suite 1".into())
}

fn committed(message: &MlsMessage, group_info: Option<&MlsMessage>) -> Result<Answer, Failure> {
    let group_info = group_info.map(MlsMessage::to_bytes).transpose()?;
    Ok(Answer::Commit {
        message: Hex(message.to_bytes()?),
        group_info: group_info.map(Hex),
    })
}

fn bytes(bytes: &[u8]) -> Answer {
    Answer::Bytes {
        bytes: Hex::of(bytes),
    }
}
