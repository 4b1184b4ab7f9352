/** Bytes in hexadecimal. */
export type Hex = string;

/** What a case holds, file by file. What it is, and what has to hold: see `README.md`. */
export interface VectorFiles {
  readonly 'crypto-basics': CryptoBasics;
  readonly 'key-schedule': KeySchedule;
  readonly 'message-protection': MessageProtection;
  readonly 'psk-secret': PskSecret;
  readonly 'secret-tree': SecretTree;
  readonly 'transcript-hashes': TranscriptHashes;
  readonly 'tree-math': TreeMath;
  readonly 'tree-operations': TreeOperation;
  readonly 'tree-validation': TreeValidation;
  readonly treekem: TreeKem;
  readonly welcome: Welcomed;
  /** Encoded structures by their names. */
  readonly messages: Readonly<Record<string, Hex>>;
  readonly 'passive-client-welcome': PassiveClient;
  readonly 'passive-client-handling-commit': PassiveClient;
  readonly 'passive-client-random': PassiveClient;
}

export interface TreeMath {
  readonly n_leaves: number;
  readonly n_nodes: number;
  readonly root: number;
  readonly left: readonly (number | null)[];
  readonly right: readonly (number | null)[];
  readonly parent: readonly (number | null)[];
  readonly sibling: readonly (number | null)[];
}

export interface CryptoBasics {
  readonly ref_hash: { readonly label: string; readonly value: Hex; readonly out: Hex };
  readonly expand_with_label: {
    readonly secret: Hex;
    readonly label: string;
    readonly context: Hex;
    readonly length: number;
    readonly out: Hex;
  };
  readonly derive_secret: { readonly secret: Hex; readonly label: string; readonly out: Hex };
  readonly derive_tree_secret: {
    readonly secret: Hex;
    readonly label: string;
    readonly generation: number;
    readonly length: number;
    readonly out: Hex;
  };
  readonly sign_with_label: {
    readonly priv: Hex;
    readonly pub: Hex;
    readonly content: Hex;
    readonly label: string;
    readonly signature: Hex;
  };
  readonly encrypt_with_label: {
    readonly priv: Hex;
    readonly pub: Hex;
    readonly label: string;
    readonly context: Hex;
    readonly plaintext: Hex;
    readonly kem_output: Hex;
    readonly ciphertext: Hex;
  };
}

export interface PskSecret {
  readonly psks: readonly { readonly psk_id: Hex; readonly psk: Hex; readonly psk_nonce: Hex }[];
  readonly psk_secret: Hex;
}

export interface KeySchedule {
  readonly group_id: Hex;
  readonly initial_init_secret: Hex;
  readonly epochs: readonly {
    readonly tree_hash: Hex;
    readonly commit_secret: Hex;
    readonly psk_secret: Hex;
    readonly confirmed_transcript_hash: Hex;
    readonly group_context: Hex;
    readonly joiner_secret: Hex;
    readonly welcome_secret: Hex;
    readonly init_secret: Hex;
    readonly sender_data_secret: Hex;
    readonly encryption_secret: Hex;
    readonly exporter_secret: Hex;
    readonly epoch_authenticator: Hex;
    readonly external_secret: Hex;
    readonly confirmation_key: Hex;
    readonly membership_key: Hex;
    readonly resumption_psk: Hex;
    readonly external_pub: Hex;
    readonly exporter: {
      readonly label: string;
      readonly context: Hex;
      readonly length: number;
      readonly secret: Hex;
    };
  }[];
}

export interface SecretTree {
  readonly encryption_secret: Hex;
  readonly sender_data: {
    readonly sender_data_secret: Hex;
    readonly ciphertext: Hex;
    readonly key: Hex;
    readonly nonce: Hex;
  };
  readonly leaves: readonly (readonly {
    readonly generation: number;
    readonly application_key: Hex;
    readonly application_nonce: Hex;
    readonly handshake_key: Hex;
    readonly handshake_nonce: Hex;
  }[])[];
}

export interface TranscriptHashes {
  readonly confirmation_key: Hex;
  readonly authenticated_content: Hex;
  readonly interim_transcript_hash_before: Hex;
  readonly confirmed_transcript_hash_after: Hex;
  readonly interim_transcript_hash_after: Hex;
}

export interface TreeOperation {
  readonly tree_before: Hex;
  readonly proposal: Hex;
  readonly proposal_sender: number;
  readonly tree_after: Hex;
}

export interface TreeValidation {
  readonly tree: Hex;
  readonly group_id: Hex;
  readonly tree_hashes: readonly Hex[];
  readonly resolutions: readonly (readonly number[])[];
}

export interface TreeKem {
  readonly group_id: Hex;
  readonly epoch: number;
  readonly confirmed_transcript_hash: Hex;
  readonly ratchet_tree: Hex;
  readonly leaves_private: readonly {
    readonly index: number;
    readonly encryption_priv: Hex;
    readonly signature_priv: Hex;
    readonly path_secrets: readonly { readonly node: number; readonly path_secret: Hex }[];
  }[];
  readonly update_paths: readonly {
    readonly sender: number;
    readonly update_path: Hex;
    readonly path_secrets: readonly (Hex | null)[];
    readonly commit_secret: Hex;
    readonly tree_hash_after: Hex;
  }[];
}

export interface MessageProtection {
  readonly group_id: Hex;
  readonly epoch: number;
  readonly tree_hash: Hex;
  readonly confirmed_transcript_hash: Hex;
  readonly signature_priv: Hex;
  readonly signature_pub: Hex;
  readonly encryption_secret: Hex;
  readonly sender_data_secret: Hex;
  readonly membership_key: Hex;
  readonly proposal: Hex;
  readonly proposal_priv: Hex;
  readonly proposal_pub: Hex;
  readonly commit: Hex;
  readonly commit_priv: Hex;
  readonly commit_pub: Hex;
  readonly application: Hex;
  readonly application_priv: Hex;
}

export interface Welcomed {
  readonly init_priv: Hex;
  readonly key_package: Hex;
  readonly signer_pub: Hex;
  readonly welcome: Hex;
}

export interface PassiveClient {
  readonly external_psks: readonly { readonly psk_id: Hex; readonly psk: Hex }[];
  readonly key_package: Hex;
  readonly signature_priv: Hex;
  readonly encryption_priv: Hex;
  readonly init_priv: Hex;
  readonly welcome: Hex;
  readonly ratchet_tree: Hex | null;
  readonly initial_epoch_authenticator: Hex;
  readonly epochs: readonly {
    readonly proposals: readonly Hex[];
    readonly commit: Hex;
    readonly epoch_authenticator: Hex;
  }[];
}
