CREATE TABLE public.conversations (
    id character varying(32) NOT NULL,
    channel character varying(16) NOT NULL,
    lookup bytea NOT NULL,
    key_id character varying(16) NOT NULL,
    wrapped bytea NOT NULL,
    head bytea NOT NULL,
    version integer NOT NULL,
    kept boolean NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.events (
    conversation character varying(32) NOT NULL,
    number integer NOT NULL,
    first integer NOT NULL,
    chain bytea NOT NULL,
    sealed bytea NOT NULL
);
CREATE TABLE public.keyring (
    name character varying(32) NOT NULL,
    key_id character varying(16) NOT NULL,
    wrapped bytea NOT NULL
);
CREATE TABLE public.outbox (
    number integer NOT NULL,
    id character varying(32) NOT NULL,
    owner bytea NOT NULL,
    channel character varying(16) NOT NULL,
    outlives boolean NOT NULL,
    due_at bigint NOT NULL,
    claimed_until bigint NOT NULL,
    sealed bytea NOT NULL
);
CREATE SEQUENCE public.outbox_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_number_seq OWNED BY public.outbox.number;
CREATE TABLE public.phrase_owners (
    phrase character varying(32) NOT NULL,
    conversation character varying(32) NOT NULL
);
CREATE TABLE public.phrases (
    id character varying(32) NOT NULL,
    lookup bytea NOT NULL,
    key_id character varying(16) NOT NULL,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.receipts (
    conversation character varying(32) NOT NULL,
    key bytea NOT NULL,
    version integer NOT NULL,
    sealed bytea NOT NULL
);
CREATE TABLE public.schema_version (
    version integer NOT NULL
);
ALTER TABLE ONLY public.outbox ALTER COLUMN number SET DEFAULT nextval('public.outbox_number_seq'::regclass);
INSERT INTO public.conversations VALUES ('b49a3ff30062c6112fadc2e08ef5a7a3', 'web', '\xf1726cafe959d992fa360a702aea4975344378b5b24e42c150e4b68f3d3af3fb', 'fd7403c4b102', '\xb3df799f7da80c0150374a574331ed08d1afce5effa0cb6fd3f4c4d81ff4f7c7775a190b9de4c5b43a56879f21b239e70acdd70bd0aaffe71f4d31be9c3feec5fbb2560c9a37fb8a2ee0e0ddb99f3da864d0cbca4296421d', '\xd544ec7604e41d00628d639e610f47e0201880afaacde3456d2a653fc24ebe66f46484ba64532d7b8189277fc1fa8ac8b0ee47158b70b16eb80d61cc6f738fd9881c3fd0a9f5d2a82fa89f88636152d6355cff715cbd6a93234fca7cb1246d8bca7921460d5f', 2, true, 1795381275634823, 1797973275650091);
INSERT INTO public.conversations VALUES ('c68d481b937286491e963a479506c1ff', 'telegram', '\xc83b70c212fa57ff6594de4a1105f7b6099e5417f057ff35318738a80fe0ea99', 'fd7403c4b102', '\xb1333431305ab7fcd003915de1c1510ca0ac85692eec3cff13da066813455013b39f95c26a0598dc95c3ff0c526b80b2f67cd31598379f3efa9ec2a8b2507259aec55524a434291dc04e1d19983b4c060ed3f22b9cfb431a', '\x0c05102568c6f6e82c4140a4d438d07340b81e6b3ba4be6fd2eab3e41dbc4677b5f6644fcf7e25227b4ae4705bb8eb0f67b43c430449a1e13cff8dad093f5b42ba7146ccad3e753736be3b8b0d165f9a9cd52237b0fe75ce0546bcbda395a7dd97c309c1a5d6', 1, false, 1795381275656297, 1795467675659789);
INSERT INTO public.events VALUES ('b49a3ff30062c6112fadc2e08ef5a7a3', 0, 0, '\x88f937665d25a214494a720cb6266151badf7b3f6afad269c2e399f8fb6d1fa4', '\x961bdec4d50bed1fa9c343c4355c7a8024100362c164bf47362e0f25aaa71b7c3d4b03749335f49ee5d6d4534a');
INSERT INTO public.events VALUES ('c68d481b937286491e963a479506c1ff', 0, 0, '\x3b95a6ff304b6118b74d73c4c058d9d4781db29149e242ddc5860a050a185c16', '\xd87836526e17bb449e8b6e173dc09992136e695ed0043f567ed7e55ed2dbcde2f5a03a4edf');
INSERT INTO public.keyring VALUES ('chats', 'fd7403c4b102', '\xd821b493728738c181f7cffdddaf9ba10d5c928e0ec2d39bf27a58fc9b61468f8f8f346fb10ba340eab1a5375622a1090458a28375761be084418f6e');
INSERT INTO public.keyring VALUES ('phrases', 'fd7403c4b102', '\x69c121e3be1968cdfa0e05d78287fa6df08fe26d5064aa4c8e1c97454fe5d565236a2acb9bd4cea09152df1e5840d79da6e2cd147a896d3522b39a72');
INSERT INTO public.keyring VALUES ('outbox', 'fd7403c4b102', '\x130585572dbcc928f471076dd836015a8d1c1b59158564c5da122e0c55206d4dfd59c22bb38a38604c4a50f2c625fee715a3bcbbd9acc950924f49a0');
INSERT INTO public.outbox VALUES (1, '3cc8dd3f3e2eb6c738d30a28350f9a2d', '\xc83b70c212fa57ff6594de4a1105f7b6099e5417f057ff35318738a80fe0ea99', 'telegram', true, 1795381275658531, 0, '\x28266dd8e094cd676e21627e347f07ba806b8cb8d7a960557a8586cd418f853bd6459e');
INSERT INTO public.phrase_owners VALUES ('05077d13a2417f93e8133720639fed66', 'b49a3ff30062c6112fadc2e08ef5a7a3');
INSERT INTO public.phrases VALUES ('05077d13a2417f93e8133720639fed66', '\xb20b78c731c1662474e6c8a6ec050d70119b7940e3f00dddeefcbbc013c3f949', 'fd7403c4b102', '\xa096d11cf3d8baa16bce5daedf55bba1ada1c60a03d2272b4ef11091b9c088177b4eba8ec8911d09fa0027f5bd1a688bfb8307f6ae7ca6a711835bc0e8f6a016fed00d812951922bea679601784494809e93e9a37da86490', '\x483ee196e16072bbe7e4630a43ee2e3fb384bac5f354a11571049c28ca4ff63930fc96', 1797973275745995);
INSERT INTO public.receipts VALUES ('b49a3ff30062c6112fadc2e08ef5a7a3', '\x1daa47af87123b6d6e4298772eec41d252bd898fd912ae2156bdeb4e7b508da2', 2, '\x37cc4bf97d5366dd16a5f0f29d84879d7ecf3b8acca70c8bdcc119352565303fe0afd53cbc9af0cc1b426ae11c9ff5c76086419badf743d512b1a68de9da8d89bbcad1c2');
INSERT INTO public.schema_version VALUES (1);
SELECT pg_catalog.setval('public.outbox_number_seq', 1, true);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_lookup_key UNIQUE (lookup);
ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (conversation, number);
ALTER TABLE ONLY public.keyring
    ADD CONSTRAINT keyring_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_id_key UNIQUE (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (number);
ALTER TABLE ONLY public.phrase_owners
    ADD CONSTRAINT phrase_owners_pkey PRIMARY KEY (phrase, conversation);
ALTER TABLE ONLY public.phrases
    ADD CONSTRAINT phrases_lookup_key UNIQUE (lookup);
ALTER TABLE ONLY public.phrases
    ADD CONSTRAINT phrases_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (conversation, key);
CREATE INDEX ix_conversations_expires_at ON public.conversations USING btree (expires_at);
CREATE INDEX ix_conversations_key_id ON public.conversations USING btree (key_id);
CREATE INDEX ix_outbox_due_at ON public.outbox USING btree (due_at);
CREATE INDEX ix_outbox_owner ON public.outbox USING btree (owner);
CREATE INDEX ix_phrase_owners_conversation ON public.phrase_owners USING btree (conversation);
CREATE INDEX ix_phrases_expires_at ON public.phrases USING btree (expires_at);
CREATE INDEX ix_phrases_key_id ON public.phrases USING btree (key_id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_conversation_fkey FOREIGN KEY (conversation) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.phrase_owners
    ADD CONSTRAINT phrase_owners_conversation_fkey FOREIGN KEY (conversation) REFERENCES public.conversations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.phrase_owners
    ADD CONSTRAINT phrase_owners_phrase_fkey FOREIGN KEY (phrase) REFERENCES public.phrases(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_conversation_fkey FOREIGN KEY (conversation) REFERENCES public.conversations(id) ON DELETE CASCADE;
