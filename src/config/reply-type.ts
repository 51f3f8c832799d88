export const PLAIN_TYPE = 'text/plain';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** How a form-encoded reply may be labelled. */
export type ReplyType = typeof PLAIN_TYPE | typeof FORM_TYPE;
