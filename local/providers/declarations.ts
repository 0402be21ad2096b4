export type ProviderName = 'stripe' | 'taxjar' | 'fedex' | 'ups' | 'usps' | 'shippo' | 'sendgrid';

/** What is known of a provider before it starts. */
export interface ProviderDeclaration {
  name: ProviderName;
  /** The environment variable of the functions that holds its base URL. */
  baseUrlVariable: string;
  /** The keys of its secret, with the only values that the local provider lets in. */
  secretDefaults: Readonly<Record<string, string>>;
}

/** The local providers. A key of one of these that is set to a real value means the real provider. */
export const providerDeclarations: readonly ProviderDeclaration[] = [
  {
    name: 'stripe',
    baseUrlVariable: 'STRIPE_API_BASE',
    secretDefaults: {
      STRIPE_SECRET_KEY: 'sk_test_local',
      STRIPE_WEBHOOK_SECRET: 'whsec_local_cloud_only',
    },
  },
  {
    name: 'taxjar',
    baseUrlVariable: 'TAXJAR_API_BASE',
    secretDefaults: { TAXJAR_API_KEY: 'taxjar_local' },
  },
  {
    name: 'fedex',
    baseUrlVariable: 'FEDEX_API_BASE',
    secretDefaults: {
      FEDEX_CLIENT_ID: 'fedex_local',
      FEDEX_CLIENT_SECRET: 'fedex_local_secret',
      FEDEX_ACCOUNT_NUMBER: '000000001',
    },
  },
  {
    name: 'ups',
    baseUrlVariable: 'UPS_API_BASE',
    secretDefaults: {
      UPS_CLIENT_ID: 'ups_local',
      UPS_CLIENT_SECRET: 'ups_local_secret',
      UPS_ACCOUNT_NUMBER: 'LOCAL1',
    },
  },
  {
    name: 'usps',
    baseUrlVariable: 'USPS_API_BASE',
    secretDefaults: { USPS_CLIENT_ID: 'usps_local', USPS_CLIENT_SECRET: 'usps_local_secret' },
  },
  {
    name: 'shippo',
    baseUrlVariable: 'SHIPPO_API_BASE',
    secretDefaults: { SHIPPO_API_TOKEN: 'shippo_test_local' },
  },
  {
    name: 'sendgrid',
    baseUrlVariable: 'SENDGRID_API_BASE',
    secretDefaults: { SENDGRID_API_KEY: 'SG.local' },
  },
];
