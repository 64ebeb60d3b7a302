locals {
  owner      = split("/", var.repository)[0]
  repository = split("/", var.repository)[1]
  who        = var.environment == null ? "ref:refs/heads/${var.branch}" : "environment:${var.environment}"

  function_arn  = "arn:${local.partition}:lambda:${var.region}:${local.account}:function:${var.function_name}"
  log_group     = coalesce(var.log_group, "/aws/lambda/${var.function_name}")
  log_group_arn = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group:${local.log_group}"

  trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = local.provider_arn }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          # Repositories made, renamed or moved since 15 July 2026 have numbers in it, and older ones have none.
          "token.actions.githubusercontent.com:sub" = [
            "repo:${var.repository}:${local.who}",
            "repo:${local.owner}@${var.owner_id}/${local.repository}@${var.repository_id}:${local.who}",
          ]
        }
      }
    }]
  }

  policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "PublishAndShift"
        Effect = "Allow"
        Action = concat(
          ["lambda:GetFunction", "lambda:PublishVersion"],
          var.uploads_code ? ["lambda:UpdateFunctionCode"] : [],
          ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:CreateAlias", "lambda:ListAliases"],
        )
        Resource = local.function_arn
      },
      {
        Sid    = "Versions"
        Effect = "Allow"
        Action = concat(
          ["lambda:GetFunction"],
          var.smoke_test ? ["lambda:InvokeFunction"] : [],
          ["lambda:GetProvisionedConcurrencyConfig"],
        )
        Resource = "${local.function_arn}:*"
      },
      {
        Sid    = "Watch"
        Effect = "Allow"
        Action = [
          "cloudwatch:DescribeAlarms",
          "cloudwatch:DescribeAlarmHistory",
          "cloudwatch:GetMetricData",
        ]
        Resource = "*"
      },
      {
        Sid      = "Explain"
        Effect   = "Allow"
        Action   = "logs:FilterLogEvents"
        Resource = "${local.log_group_arn}:*"
      },
    ]
  }
}
