# Invokes the new version by its number, and looks at its answer.
answer=$(mktemp)
meta=$(aws lambda invoke --region "$LAMBDA_CANARY_REGION" \
  --function-name "$LAMBDA_CANARY_FUNCTION" --qualifier "$LAMBDA_CANARY_CANARY" \
  --cli-binary-format raw-in-base64-out --payload '{"smoke": true}' "$answer") || exit 3
if [[ $meta == *FunctionError* ]]; then
  echo "version $LAMBDA_CANARY_CANARY failed: $(cat "$answer")"
  exit 1
fi
